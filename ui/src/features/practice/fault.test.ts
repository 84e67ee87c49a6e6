import { describe, expect, it } from 'vitest';
import type { Fault } from '../../bindings/practice';
import { faultOf, typedOf } from './fault';

const faults: Fault[] = [
  { kind: 'none' },
  { kind: 'status', status: 429, retry_after: 7, percent: 30 },
  { kind: 'status', status: 503, retry_after: null, percent: 100 },
  { kind: 'delay', milliseconds: 1_500 },
  { kind: 'reset', after_taking: true, percent: 50 },
  { kind: 'partial', marker: 'poison' },
  { kind: 'limit', bytes: 4_096 },
  { kind: 'hang' },
  { kind: 'garbage' },
];

describe('a fault', () => {
  it.each(faults)('comes back from what is typed: %o', (fault) => {
    expect(faultOf(typedOf(fault))).toEqual({ fault });
  });

  it('names each figure that is wrong', () => {
    const typed = { ...typedOf({ kind: 'none' }), kind: 'status' as const };
    const made = faultOf({ ...typed, status: '99', retryAfter: 'soon', percent: '0' });
    expect('wrong' in made && Object.keys(made.wrong)).toEqual(['status', 'retryAfter', 'percent']);
  });

  it('looks only at the figures of its kind', () => {
    expect(faultOf({ ...typedOf({ kind: 'hang' }), status: 'nonsense' })).toEqual({
      fault: { kind: 'hang' },
    });
  });
});
