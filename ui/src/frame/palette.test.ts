import { describe, expect, it } from 'vitest';
import { providers } from '../host/scripted/providers';
import { tenStreams } from '../host/scripted/streams';
import { lit, offered, type Known } from './palette';

const streams = tenStreams(Date.parse('2026-03-10T12:00:00Z'));

function known(more: Partial<Known> = {}): Known {
  return {
    streams,
    providers,
    selected: undefined,
    pages: [{ id: 'page-settings', label: 'Settings', mark: { provider: '' }, run: () => {} }],
    creating: [],
    open: () => {},
    create: () => {},
    actions: (stream) => [
      {
        id: 'pause',
        label: 'Pause',
        named: `Pause ${stream.name}`,
        icon: (() => {}) as never,
        run: () => {},
      },
    ],
    ...more,
  };
}

const labels = (query: string, more: Partial<Known> = {}) =>
  offered(query, known(more)).map(({ name, items }) => [name, items.map(({ label }) => label)]);

describe('the palette', () => {
  it('offers a stream, what can be done with it, and a new one to its provider', () => {
    expect(labels('soc spl')).toEqual([
      ['Streams', ['SOC Splunk']],
      ['SOC Splunk', ['Pause SOC Splunk']],
    ]);
    expect(labels('hec')).toEqual([['New', ['New stream to Splunk']]]);
  });

  it('understands a verb before the name', () => {
    expect(labels('pause legacy')).toEqual([['Legacy SIEM', ['Pause Legacy SIEM']]]);
  });

  it('begins with the stream under the keyboard where nothing was typed', () => {
    expect(labels('', { selected: streams[4]! })[0]).toEqual([
      'Secrets access',
      ['Pause Secrets access'],
    ]);
  });

  it('offers nothing rather than something else', () => {
    expect(offered('zzz', known())).toEqual([]);
  });
});

it('what was typed is marked in the label', () => {
  expect(lit('SOC Splunk', 'spl so')).toEqual([
    { text: 'SO', hit: true },
    { text: 'C ', hit: false },
    { text: 'Spl', hit: true },
    { text: 'unk', hit: false },
  ]);
});
