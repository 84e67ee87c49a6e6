/** A fault as it is typed, and as the receiver takes it. */
import type { Fault } from '../../bindings/practice';
import { count } from '../../lib/format';
import { practice } from '../../lib/i18n';

const t = practice.fault;

export type Kind = Fault['kind'];

export const KINDS: readonly Kind[] = [
  'none',
  'status',
  'delay',
  'reset',
  'partial',
  'limit',
  'hang',
  'garbage',
];

export type Typed = {
  kind: Kind;
  status: string;
  retryAfter: string;
  percent: string;
  milliseconds: string;
  afterTaking: boolean;
  marker: string;
  bytes: string;
};

export type Wrong = { [K in keyof Typed]?: string };

export function typedOf(fault: Fault): Typed {
  const typed: Typed = {
    kind: fault.kind,
    status: '503',
    retryAfter: '',
    percent: '100',
    milliseconds: '2000',
    afterTaking: false,
    marker: 'create-secret',
    bytes: '10000',
  };
  if (fault.kind === 'status') {
    typed.status = String(fault.status);
    typed.retryAfter = fault.retry_after === null ? '' : String(fault.retry_after);
    typed.percent = String(fault.percent);
  } else if (fault.kind === 'delay') typed.milliseconds = String(fault.milliseconds);
  else if (fault.kind === 'reset') {
    typed.afterTaking = fault.after_taking;
    typed.percent = String(fault.percent);
  } else if (fault.kind === 'partial') typed.marker = fault.marker;
  else if (fault.kind === 'limit') typed.bytes = String(fault.bytes);
  return typed;
}

/** The fault, or what is wrong with what was typed. */
export function faultOf(typed: Typed): { fault: Fault } | { wrong: Wrong } {
  const wrong: Wrong = {};
  const whole = (name: keyof Typed, least: number, most: number): number => {
    const text = String(typed[name]).trim();
    const value = Number(text);
    if (!/^\d+$/.test(text)) wrong[name] = t.number;
    else if (value < least || value > most) wrong[name] = t.between(count(least), count(most));
    return value;
  };
  const made = (): Fault => {
    switch (typed.kind) {
      case 'status':
        return {
          kind: 'status',
          status: whole('status', 200, 599),
          retry_after: typed.retryAfter.trim() === '' ? null : whole('retryAfter', 0, 86_400),
          percent: whole('percent', 1, 100),
        };
      case 'delay':
        return { kind: 'delay', milliseconds: whole('milliseconds', 0, 600_000) };
      case 'reset':
        return {
          kind: 'reset',
          after_taking: typed.afterTaking,
          percent: whole('percent', 1, 100),
        };
      case 'partial':
        if (!typed.marker.trim()) wrong.marker = t.empty;
        return { kind: 'partial', marker: typed.marker.trim() };
      case 'limit':
        return { kind: 'limit', bytes: whole('bytes', 1, 1_000_000_000) };
      default:
        return { kind: typed.kind };
    }
  };
  const fault = made();
  return Object.keys(wrong).length > 0 ? { wrong } : { fault };
}
