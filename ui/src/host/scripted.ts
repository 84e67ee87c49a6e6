/**
 * A host of scripted data, for tests and for looking at the page in a plain browser. Never part
 * of the app. `?scenario=` chooses what it tells.
 */
import type { Commands, Pushes } from '../bindings/commands';
import type { Host } from './host';

type Answers = {
  [C in keyof Commands]?: (takes: Commands[C]['takes']) => Commands[C]['answers'];
};

export function scriptedHost(_asked: URLSearchParams): Host {
  const answers: Answers = {
    app: () => ({
      version: '0.1.0',
      data_dir: '/home/ada/.local/share/penstock',
      delivering: { kind: 'here' },
      vault: { name: 'OS keychain', writable: true, problem: null },
      problem: null,
      suggested_listen: '127.0.0.1:8787',
    }),
    providers: () => [],
    status: () => ({
      streams: [],
      sources: [],
      journal: { first_seq: 1, last_seq: 0, events: 0, bytes: 0, waiting: 0, problem: null },
    }),
    setting: () => null,
  };
  const heard = new Map<keyof Pushes, Set<(payload: never) => void>>();
  return {
    async call(command, takes) {
      const answer = answers[command];
      if (!answer) throw new Error(`the script has no answer to ${command}`);
      return answer(takes);
    },
    async listen(push, hear) {
      const all = heard.get(push) ?? new Set();
      heard.set(push, all.add(hear));
      return () => all.delete(hear);
    },
  };
}
