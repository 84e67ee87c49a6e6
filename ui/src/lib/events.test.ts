import { describe, expect, it } from 'vitest';
import { eventsIn } from './events';

describe('the events in a body', () => {
  it('are found in an array, one a line, and one after the other', () => {
    const events = ['{"a":1}', '{"b":[{"c":2}]}'];
    expect(eventsIn(`[${events.join(',')}]`)).toEqual(events);
    expect(eventsIn(events.join('\n'))).toEqual(events);
    expect(eventsIn(events.join(''))).toEqual(events);
  });

  it('are whole ones only, where the body was cut', () => {
    expect(eventsIn('[{"a":1},{"b":"cut he')).toEqual(['{"a":1}']);
  });

  it('are not misled by brackets and quotes in text', () => {
    const event = '{"text":"a } b { \\" ] ["}';
    expect(eventsIn(`[${event}]`)).toEqual([event]);
  });

  it('are none in what is not JSON', () => {
    expect(eventsIn('')).toEqual([]);
    expect(eventsIn('}}]')).toEqual([]);
  });
});
