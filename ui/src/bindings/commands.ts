// Generated from the desktop's command list. Do not edit: `cargo xtask fix` writes it anew.

import type {
  About,
  AppView,
  AttemptDetail,
  AttemptView,
  Changes,
  DraftCheck,
  EventDetail,
  EventsAsk,
  EventsPage,
  Filter,
  FilterChoices,
  JournalBounds,
  JournalView,
  Preview,
  PreviewAsk,
  Range,
  Redaction,
  SetAsideView,
  SourceAbout,
  SourceCheck,
  SourceCreated,
  SourceDraft,
  SourceTest,
  SourceView,
  Stage,
  StatusView,
  StreamDraft,
  StreamView,
  Throughput,
  UnreadableView,
  VerifyReport,
} from './engine';
import type {
  Fault,
  PracticeView,
} from './practice';

/** Every command of the desktop: what it takes and what it answers. A failed call rejects with a Problem. */
export interface Commands {
  app: { takes: Record<string, never>; answers: AppView };
  /** Tries again to open the store, after what kept it shut was mended. */
  reopen: { takes: Record<string, never>; answers: AppView };
  setting: { takes: { key: string }; answers: string | null };
  set_setting: { takes: { key: string; value: string }; answers: null };
  providers: { takes: Record<string, never>; answers: Array<About> };
  status: { takes: Record<string, never>; answers: StatusView };
  stream: { takes: { key: string }; answers: StreamView };
  create_stream: { takes: { draft: StreamDraft; verified: boolean; paused: boolean }; answers: StreamView };
  update_stream: { takes: { draft: StreamDraft; verified: boolean }; answers: StreamView };
  delete_stream: { takes: { key: string }; answers: null };
  pause_stream: { takes: { key: string }; answers: StreamView };
  resume_stream: { takes: { key: string }; answers: StreamView };
  retry_stream: { takes: { key: string }; answers: StreamView };
  replay_stream: { takes: { key: string; from_seq: number | null; from_time: string | null }; answers: StreamView };
  throughput: { takes: { key: string; range: Range }; answers: Throughput };
  attempts: { takes: { key: string | null; before: number | null; limit: number }; answers: Array<AttemptView> };
  attempt: { takes: { id: number }; answers: AttemptDetail };
  check_draft: { takes: { draft: StreamDraft }; answers: DraftCheck };
  verify: { takes: { run: string; draft: StreamDraft; sample: string | null }; answers: VerifyReport };
  send_sample: { takes: { run: string; key: string; sample: string | null }; answers: VerifyReport };
  cancel_verify: { takes: { run: string }; answers: null };
  set_aside: { takes: { key: string; after: number | null; limit: number }; answers: Array<SetAsideView> };
  replay_set_aside: { takes: { key: string; seqs: Array<number> | null }; answers: number };
  discard_set_aside: { takes: { key: string; seqs: Array<number> | null }; answers: number };
  /** Asks for a file with the system's dialog; `null` where the person cancelled. */
  export_set_aside: { takes: { key: string }; answers: number | null };
  filter_choices: { takes: Record<string, never>; answers: FilterChoices };
  /** What passes of the journal's newest events, and how it would leave. Wrong rules are in the answer. */
  preview_filter: { takes: { ask: PreviewAsk }; answers: Preview };
  set_filter: { takes: { key: string; filter: Filter }; answers: StreamView };
  set_redaction: { takes: { key: string; redaction: Redaction }; answers: StreamView };
  /** From then on hashes are others than before. */
  new_redaction_key: { takes: { key: string }; answers: StreamView };
  events: { takes: { ask: EventsAsk }; answers: EventsPage };
  event: { takes: { seq: number }; answers: EventDetail };
  source_kinds: { takes: Record<string, never>; answers: Array<SourceAbout> };
  check_source: { takes: { draft: SourceDraft }; answers: SourceCheck };
  test_source_draft: { takes: { draft: SourceDraft }; answers: SourceTest };
  test_source: { takes: { key: string }; answers: SourceTest };
  create_source: { takes: { draft: SourceDraft }; answers: SourceCreated };
  update_source: { takes: { draft: SourceDraft }; answers: SourceView };
  delete_source: { takes: { key: string }; answers: null };
  pause_source: { takes: { key: string }; answers: SourceView };
  resume_source: { takes: { key: string }; answers: SourceView };
  reveal_token: { takes: { key: string }; answers: string };
  rotate_token: { takes: { key: string; overlap_seconds: number }; answers: string };
  /** Puts a ready `curl` line with the real token on the clipboard; the token never reaches the page. */
  copy_curl: { takes: { key: string }; answers: null };
  unreadable: { takes: { key: string; before: number | null; limit: number }; answers: Array<UnreadableView> };
  discard_unreadable: { takes: { key: string; id: number }; answers: number };
  /** What is absent stays as it is; a limit of 0 takes it away. */
  set_journal_bounds: { takes: { bounds: JournalBounds }; answers: JournalView };
  copy_text: { takes: { text: string }; answers: null };
  /** Saves a text with the system's dialog; `false` where the person cancelled. */
  save_file: { takes: { name: string; text: string }; answers: boolean };
  /** Asks for a file with the system's dialog; `null` where the person cancelled. Nothing reads it yet. */
  choose_file: { takes: Record<string, never>; answers: string | null };
  /** Opens an `https` page in the browser. */
  open_link: { takes: { url: string }; answers: null };
  practice: { takes: Record<string, never>; answers: PracticeView };
  start_practice: { takes: Record<string, never>; answers: PracticeView };
  stop_practice: { takes: Record<string, never>; answers: PracticeView };
  set_practice_fault: { takes: { fault: Fault }; answers: PracticeView };
  clear_practice: { takes: Record<string, never>; answers: PracticeView };
}

/** What Rust pushes to the page, batched. */
export interface Pushes {
  changes: Changes;
  stages: { run: string, stages: Array<Stage>, };
  practice: PracticeView;
}
