// Generated from the engine's views. Do not edit: `cargo xtask fix` writes it anew.

export type JsonValue = number | string | boolean | null | JsonValue[] | { [key in string]: JsonValue };
export type Details = { [key in string]: JsonValue };

export type Problem = { 
/**
 * Kebab-case and stable, for example `splunk-token-disabled`.
 */
code: string, 
/**
 * What happened, one sentence.
 */
summary: string, 
/**
 * The most likely cause, one or two sentences. Absent where it would be a guess.
 */
cause?: string, 
/**
 * What to do, in order.
 */
next_steps: Array<string>, 
/**
 * The provider's own words, or the system's, as they came; secrets redacted.
 */
detail?: string, 
/**
 * At most five words for a list row, for example `403 Token disabled`.
 */
short?: string, 
/**
 * The form field at fault.
 */
field?: string, 
/**
 * The guide step (counted from 1) that mends it.
 */
guide_step?: number, 
/**
 * The part of the reply that proves the diagnosis, verbatim.
 */
evidence?: string, 
/**
 * A documentation page that explains it.
 */
link?: string, };

export type About = { 
/**
 * `splunk`: as in the command line.
 */
id: string, 
/**
 * `Splunk`: as the vendor writes it.
 */
name: string, category: Category, 
/**
 * A few words: `HTTP Event Collector (HEC)`.
 */
tagline: string, 
/**
 * Two letters for the tile.
 */
monogram: string, 
/**
 * Hue of the tile, 0 to 360.
 */
hue: number, 
/**
 * Other names people search by: `Sentinel`, `Logtail`.
 */
aliases: Array<string>, fields: Array<Field>, guide: Guide, 
/**
 * What to expect once accepted: `Azure shows new rows within about 10 minutes.`
 */
after_accepted: string, };

export type Category = "siem" | "observability" | "pipeline" | "custom" | "practice";

export type Guide = { 
/**
 * One sentence on what is needed and how long it takes.
 */
intro: string, steps: Array<GuideStep>, };

export type GuideStep = { title: string, 
/**
 * Paragraphs of inline Markdown: `**bold**`, `` `code` `` and links only.
 */
body: Array<string>, 
/**
 * Fields this step gives the value of.
 */
fields: Array<string>, 
/**
 * Texts worth copying.
 */
copy: Array<CopyText>, links: Array<Link>, };

export type CopyText = { label: string, text: string, 
/**
 * Set where the text is also worth saving as a file of this name.
 */
file_name?: string, };

export type Link = { label: string, url: string, };

export type Field = { name: string, label: string, kind: FieldKind, 
/**
 * Kept in the keychain, never shown again.
 */
secret: boolean, required: boolean, 
/**
 * Folded under "Advanced" or "Connection".
 */
group: FieldGroup, 
/**
 * One line of hint.
 */
help: string, 
/**
 * Shown as placeholder.
 */
example: string, 
/**
 * A regular expression for the tidied value.
 */
pattern?: string, 
/**
 * Filled in at the start.
 */
default?: string, 
/**
 * For [`FieldKind::Choice`].
 */
choices: Array<Choice>, };

export type FieldKind = "text" | "url" | "number" | "switch" | "choice" | "headers" | "pem";

export type FieldGroup = "main" | "advanced" | "connection";

export type Choice = { value: string, label: string, help: string, };

export type FieldError = { 
/**
 * The field's name.
 */
field: string, 
/**
 * What is wrong and where the right value is, one or two sentences.
 */
message: string, };

export type Status = "failing" | "attention" | "retrying" | "healthy" | "paused" | "idle";

export type Saved = "saved" | "missing";

export type StreamView = { id: string, name: string, 
/**
 * Provider id.
 */
provider: string, provider_name: string, 
/**
 * The place events go: `splunk.example.com:8088`.
 */
endpoint: string, 
/**
 * Source id; `null` means every source.
 */
source: string | null, status: Status, 
/**
 * At most five words: `403 Token disabled`, `503, try 4 in 38 s`.
 */
reason: string | null, status_since: string, paused_at: string | null, delivered: number, 
/**
 * Not yet passed; some may still be kept out by the filter.
 */
waiting: number, set_aside: number, 
/**
 * Kept out by the filter.
 */
filtered: number, delivered_24h: number, last_delivered_at: string | null, oldest_waiting_at: string | null, next_try_at: string | null, 
/**
 * Tries of the batch at the head of the queue so far.
 */
tries: number, last_problem: Problem | null, last_problem_at: string | null, 
/**
 * Settings that are not secret.
 */
details: { [key in string]: JsonValue }, 
/**
 * Every secret field of the provider.
 */
secrets: { [key in string]: Saved }, 
/**
 * Which events it takes.
 */
filter: Filter, 
/**
 * What is redacted before they leave.
 */
redaction: Redaction, 
/**
 * Whether the sample log entry was accepted with the present settings.
 */
verified: boolean, created_at: string, 
/**
 * The last 24 hours, oldest first, 24 entries.
 */
hours: Array<Bucket>, };

export type Bucket = { from: string, delivered: number, 
/**
 * Attempts that were not accepted.
 */
refused: number, set_aside: number, 
/**
 * The worst state during the span; `null` where nothing happened.
 */
state: Status | null, latency_p50_ms: number | null, latency_p95_ms: number | null, };

export type Throughput = { 
/**
 * Length of one bucket in seconds.
 */
bucket_seconds: number, buckets: Array<Bucket>, failing_since: string | null, };

export type Range = "hour" | "day" | "week";

export type Outcome = "accepted" | "partly" | "retry" | "split" | "set_aside" | "hold";

export type AttemptView = { id: number, stream: string, at: string, outcome: Outcome, 
/**
 * HTTP status; `null` where no answer came.
 */
status: number | null, 
/**
 * `Success`, `Token disabled`, `Connection refused`.
 */
reason: string, first_seq: number, last_seq: number, events: number, 
/**
 * Bytes on the wire.
 */
bytes: number, latency_ms: number, 
/**
 * Which try of this batch it was, from 1.
 */
attempt: number, 
/**
 * Sent by hand as a sample, not from the journal.
 */
sample: boolean, 
/**
 * Events of this attempt set aside.
 */
set_aside: number, next_try_at: string | null, };

export type AttemptDetail = { attempt: AttemptView, problem: Problem | null, exchange: Exchange, };

export type Exchange = { request: ShownRequest, 
/**
 * `null` where no answer came.
 */
response: ShownResponse | null, stages: Array<Stage>, 
/**
 * The request as a `curl` line, secrets as `$PENSTOCK_…` placeholders.
 */
curl: string, };

export type ShownRequest = { method: string, url: string, http_version: string, headers: Array<ShownHeader>, 
/**
 * The body before compression, cut at 64 KiB.
 */
body: string, body_bytes: number, 
/**
 * Bytes on the wire, where compressed.
 */
compressed_bytes: number | null, };

export type ShownHeader = { name: string, 
/**
 * What may be shown; for a secret header the part before it (`Bearer `).
 */
value: string, 
/**
 * A secret follows `value` and is not shown.
 */
redacted: boolean, };

export type ShownResponse = { status: number, status_text: string, http_version: string, headers: Array<ShownHeader>, 
/**
 * Cut at 64 KiB.
 */
body: string, elapsed_ms: number, };

export type Stage = { kind: StageKind, state: StageState, 
/**
 * `DNS, 4 ms`, `TLS 1.3, 31 ms`, `403 Forbidden, 74 ms`.
 */
note: string, elapsed_ms: number | null, };

export type StageKind = "find_host" | "connect" | "sign_in" | "send" | "accepted" | "acknowledged";

export type StageState = "waiting" | "running" | "done" | "failed" | "not_reached";

export type CertificateView = { 
/**
 * `CN=splunk.example.com, O=Example`
 */
subject: string, issuer: string, 
/**
 * The host names and addresses it is for.
 */
names: Array<string>, not_before: string, not_after: string, 
/**
 * `AB:CD:…`, as browsers and `openssl x509 -fingerprint -sha256` write it.
 */
sha256: string, 
/**
 * What to add to `ca_certificate` to trust this certificate's issuer (itself where it is
 * self-signed). `null` where trusting it would not make the connection work, for example
 * because the server does not send its issuer.
 */
issuer_pem: string | null, };

export type VerifyReport = { accepted: boolean, 
/**
 * `Splunk accepted the sample log entry`, `Azure refused the sample: 403 Forbidden`.
 */
headline: string, 
/**
 * One sentence below it.
 */
summary: string, problem: Problem | null, 
/**
 * The server's certificate, where it was refused.
 */
certificate?: CertificateView, 
/**
 * Set where it was accepted with other details than those given; the stream is to be made
 * with these.
 */
details?: { [key in string]: JsonValue }, exchange: Exchange, 
/**
 * The sample log entry as it was sent, pretty JSON.
 */
sample: string, at: string, };

export type SetAsideView = { seq: number, at: string, reason: Problem, event_type: string | null, event_id: string | null, bytes: number, 
/**
 * The event, cut at 64 KiB.
 */
event: string, };

export type SourceStatus = "listening" | "watching" | "catching_up" | "done" | "paused" | "stopped" | "failing";

export type SourceView = { id: string, name: string, 
/**
 * `http_intake`.
 */
kind: string, 
/**
 * `HTTP intake`.
 */
kind_name: string, status: SourceStatus, 
/**
 * Why it takes no events at the moment.
 */
problem: Problem | null, 
/**
 * What a person should mend although events flow.
 */
warning: Problem | null, 
/**
 * `127.0.0.1:8787`
 */
listen: string | null, 
/**
 * `http://127.0.0.1:8787/v1/events`
 */
url: string | null, 
/**
 * The certificate it shows, where it speaks TLS.
 */
certificate: CertificateView | null, 
/**
 * Whether its token can be revealed.
 */
token: Saved | null, 
/**
 * Until when the token before the last rotation is still taken.
 */
old_token_until: string | null, 
/**
 * How far catching up has come.
 */
progress: Progress | null, 
/**
 * Every event of an earlier time is in the journal.
 */
up_to: string | null, events: number, events_24h: number, 
/**
 * Events left out as its settings ask.
 */
left_out: number, 
/**
 * Pieces of input that are no event, kept to be looked at.
 */
unreadable: number, 
/**
 * Requests refused in the last 24 hours.
 */
refused_24h: number, last_event_at: string | null, last_refusal: string | null, largest_event_bytes: number, 
/**
 * The last 24 hours, oldest first, 24 entries.
 */
hours: Array<Bucket>, 
/**
 * Streams it feeds, by id.
 */
streams: Array<string>, 
/**
 * Settings that are not secret.
 */
details: { [key in string]: JsonValue }, 
/**
 * Every secret field of its kind.
 */
secrets: { [key in string]: Saved }, created_at: string, };

export type SourceCreated = { id: string, name: string, kind: string, listen: string | null, url: string | null, token: string | null, 
/**
 * SHA-256 of the certificate it shows, where it speaks TLS.
 */
fingerprint: string | null, };

export type SourceDraft = { 
/**
 * `http_intake`.
 */
kind: string, name: string, details: { [key in string]: JsonValue }, 
/**
 * Secret fields typed by a person. Only ever sent towards Rust.
 */
secrets: Record<string, unknown>, 
/**
 * Set when changing a source that exists.
 */
source: string | null, };

export type SourceCheck = { errors: Array<FieldError>, warnings: Array<FieldError>, 
/**
 * The details as they would be saved.
 */
details: { [key in string]: JsonValue }, };

export type UnreadableView = { id: number, at: string, 
/**
 * `/var/log/audit.json, line 17`.
 */
place: string, reason: Problem, 
/**
 * The beginning of it, at most 64 KiB.
 */
text: string, 
/**
 * How long it is in all.
 */
bytes: number, };

export type SourceAbout = { 
/**
 * `http_intake`: as in the command line.
 */
id: string, 
/**
 * `HTTP intake`.
 */
name: string, 
/**
 * One sentence: what it takes and when it is the right one.
 */
tagline: string, fields: Array<Field>, guide: Guide, };

export type SourceTest = { 
/**
 * `Infisical lets Penstock read the audit logs of Acme`.
 */
headline: string, 
/**
 * What was learnt, as label and text: `Organisation`, `Acme`.
 */
facts: Array<[string, string]>, 
/**
 * Why it does not work, or would not for long.
 */
problem: Problem | null, 
/**
 * What a person should mend although it works.
 */
warning: Problem | null, };

export type Progress = { done: number, total: number, measure: Measure, };

export type Measure = "bytes" | "time";

export type JournalView = { 
/**
 * Sequence number of the oldest event kept and of the newest.
 */
first_seq: number, last_seq: number, 
/**
 * Events on disk, delivered ones that are kept for replay included.
 */
events: number, 
/**
 * Bytes on disk.
 */
bytes: number, 
/**
 * When the oldest of them was accepted.
 */
oldest_at: string | null, 
/**
 * What the database may take, where a person set it.
 */
limit_bytes: number | null, 
/**
 * What stays free on the disk.
 */
keep_free_bytes: number, disk_free_bytes: number, 
/**
 * Days for which delivered events are kept, so that they can be replayed.
 */
keep_days: number, 
/**
 * Events that at least one stream still has to deliver.
 */
waiting: number, 
/**
 * Set while nothing can be appended, for example because the disk is full.
 */
problem: Problem | null, };

export type JournalBounds = { 
/**
 * 0 takes the limit away.
 */
limit_bytes?: number, keep_free_bytes?: number, keep_days?: number, };

export type StatusView = { streams: Array<StreamView>, sources: Array<SourceView>, journal: JournalView, };

export type Delivering = { "kind": "here" } | { "kind": "elsewhere", pid: number, } | { "kind": "nobody" };

export type AppView = { version: string, data_dir: string, delivering: Delivering, vault: VaultView, 
/**
 * Why the store could not be opened; the window opens all the same and shows it.
 */
problem: Problem | null, 
/**
 * The host this machine's intake would listen on by default and a free port there.
 */
suggested_listen: string, };

export type VaultView = { 
/**
 * `OS keychain`, `Environment`, `Credential directory`.
 */
name: string, writable: boolean, 
/**
 * Missing, locked, denied: three different problems.
 */
problem: Problem | null, };

export type Changes = { 
/**
 * Streams that changed, whole rows.
 */
streams: Array<StreamView>, removed_streams: Array<string>, sources: Array<SourceView>, removed_sources: Array<string>, journal: JournalView | null, app: AppView | null, 
/**
 * Streams that have new attempts.
 */
attempts: Array<string>, };

export type StreamDraft = { provider: string, name: string, source: string | null, details: { [key in string]: JsonValue }, 
/**
 * Secret fields typed by a person; a value that is not text is JSON. Only ever sent towards
 * Rust.
 */
secrets: Record<string, unknown>, 
/**
 * Absent: a stream that exists keeps its own, a new one takes everything.
 */
filter?: Filter, 
/**
 * Absent: a stream that exists keeps its own, a new one redacts nothing.
 */
redaction?: Redaction, 
/**
 * Set when changing a stream that exists.
 */
stream: string | null, };

export type DraftCheck = { errors: Array<FieldError>, warnings: Array<FieldError>, 
/**
 * The details as they would be saved (a pasted address taken apart, and so on).
 */
details: { [key in string]: JsonValue }, 
/**
 * The request the sample log entry would make; `null` while there are errors.
 */
preview: ShownRequest | null, };

export type Filter = { conditions: Array<FilterCondition>, };

export type FilterCondition = { field: FilterField, 
/**
 * Keeps out what meets it, instead of what does not.
 */
exclude: boolean, 
/**
 * At least one is to be met. `*` stands for any text; for `ip`: an address, a network such
 * as `10.0.0.0/8`, or a range such as `10.0.0.1-10.0.0.9`.
 */
values: Array<string>, };

export type FilterField = "event_type" | "event_class" | "actor_kind" | "actor" | "project" | "environment" | "secret_path" | "user_agent_kind" | "ip";

export type FilterPreset = { id: string, name: string, 
/**
 * One sentence.
 */
help: string, filter: Filter, };

export type EventTypes = { 
/**
 * `data-access`
 */
class: string, 
/**
 * `Data access`
 */
name: string, 
/**
 * One sentence.
 */
help: string, types: Array<string>, };

export type Redaction = { rules: Array<RedactionRule>, };

export type RedactionRule = { 
/**
 * `ipAddress`, `actorMetadata.email`, `eventMetadata.*.value`: `*` is any key, `\.` a dot
 * within a key; lists are walked through.
 */
path: string, action: RedactionAction, };

export type RedactionAction = "mask" | "hash" | "remove";

export type RedactionTemplate = { id: string, name: string, 
/**
 * One sentence.
 */
help: string, rules: Array<RedactionRule>, };

export type FilterChoices = { 
/**
 * By class. The set is open: other types come with newer versions of Infisical.
 */
types: Array<EventTypes>, presets: Array<FilterPreset>, templates: Array<RedactionTemplate>, 
/**
 * Known kinds of actor and of user agent; open sets too.
 */
actor_kinds: Array<Choice>, user_agent_kinds: Array<Choice>, };

export type PreviewAsk = { 
/**
 * Name or id; `null` looks at every source.
 */
source: string | null, 
/**
 * Name or id of the stream whose key makes the hashes; without one they are made with a key
 * for this once.
 */
stream: string | null, filter: Filter, redaction: Redaction, 
/**
 * Rows at most of those that pass, and of those that do not.
 */
limit: number, };

export type Preview = { 
/**
 * What is wrong with the rules: `filter.0` is the first condition, `redaction.2` the third
 * rule. Nothing is looked at then.
 */
errors: Array<FieldError>, 
/**
 * Events looked at: the newest, at most 10,000.
 */
looked_at: number, matched: number, 
/**
 * The newest that pass and the newest that do not, newest first.
 */
rows: Array<PreviewRow>, };

export type PreviewRow = { seq: number, accepted_at: string, passes: boolean, event_type: string | null, actor: string | null, 
/**
 * The event as it came, cut at 64 KiB.
 */
before: string, 
/**
 * The event as it would leave, cut at 64 KiB.
 */
after: string, };

export type EventsAsk = { 
/**
 * Only older than this one.
 */
before: number | null, 
/**
 * Only newer than this one.
 */
after: number | null, 
/**
 * Only with this text somewhere in them; capital letters do not matter.
 */
search: string | null, 
/**
 * Name or id.
 */
source: string | null, 
/**
 * Name or id: only events of its sources, and only where they stand with it.
 */
stream: string | null, limit: number, };

export type EventsPage = { 
/**
 * Newest first.
 */
rows: Array<EventRow>, 
/**
 * The oldest event looked at; what is asked for next starts `before` this one.
 */
looked_back_to: number, 
/**
 * Whether there may be more before it.
 */
more: boolean, 
/**
 * The newest event of the journal.
 */
last_seq: number, };

export type EventRow = { seq: number, accepted_at: string, 
/**
 * Source id; `null` where it was deleted.
 */
source: string | null, source_name: string, event_type: string | null, event_id: string | null, 
/**
 * E-mail address, name or id, whichever the event has first.
 */
actor: string | null, 
/**
 * Name or id.
 */
project: string | null, 
/**
 * The event's own time, as written.
 */
time: string | null, bytes: number, 
/**
 * In the order of the streams' names. In a list, streams that did not take it are left out.
 */
fates: Array<EventFate>, };

export type EventFate = { 
/**
 * Stream id.
 */
stream: string, fate: FateKind, 
/**
 * Why it was set aside; only where one event is shown.
 */
problem?: Problem, };

export type FateKind = "delivered" | "waiting" | "filtered" | "set_aside" | "discarded" | "not_taken";

export type EventDetail = { row: EventRow, 
/**
 * The event as it came, cut at 256 KiB.
 */
event: string, 
/**
 * Whether it was cut.
 */
cut: boolean, };
