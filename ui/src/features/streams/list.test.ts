import { describe, expect, it } from 'vitest';
import { tenStreams } from '../../host/scripted/streams';
import { filtered, firstSort, noFilter, sorted, totals } from './list';

const streams = tenStreams(Date.parse('2026-03-10T12:00:00Z'));
const source = (id: string | null) => id ?? '';
const names = (rows: { name: string }[]) => rows.map(({ name }) => name);

describe('the list', () => {
  it('begins with what needs someone, then stands by name', () => {
    expect(names(sorted(streams, firstSort, source)).slice(0, 5)).toEqual([
      'SOC Splunk',
      'Detections index',
      'Edge routing',
      'Collector mirror',
      'Platform events',
    ]);
  });

  it('sorts by any column, both ways', () => {
    const by = (down: boolean) => sorted(streams, { column: 'waiting', down }, source);
    expect(by(true)[0]!.name).toBe('SOC Splunk');
    expect(by(false).at(-1)!.name).toBe('SOC Splunk');
  });

  it('puts names in their places when new ones come', () => {
    const named = (...all: string[]) => all.map((name) => ({ ...streams[0]!, id: name, name }));
    const by = { column: 'name', down: true } as const;
    const order = (...all: string[]) => names(sorted(named(...all), by, source)).reverse();
    expect(order('Stream 10', 'stream 9')).toEqual(['stream 9', 'Stream 10']);
    expect(order('Stream 10', 'stream 9', 'Ärger')).toEqual(['Ärger', 'stream 9', 'Stream 10']);
  });

  it('gathers failing and attention under what needs you', () => {
    const found = filtered(streams, { ...noFilter, status: 'needs-you' });
    expect(names(found)).toEqual(['SOC Splunk', 'Detections index']);
  });

  it('finds every word in name, provider and endpoint', () => {
    const find = (query: string) => names(filtered(streams, { ...noFilter, query }));
    expect(find('splunk SOC')).toEqual(['SOC Splunk']);
    expect(find('datadoghq.eu')).toEqual(['Detections index']);
    expect(find('  ')).toHaveLength(10);
    expect(find('nothing like it')).toEqual([]);
  });

  it('tells streams of every source from those of one', () => {
    expect(names(filtered(streams, { ...noFilter, source: 'all' }))).toEqual([
      'Seven-year archive',
    ]);
  });
});

describe('the summary', () => {
  it('adds up what the rows show', () => {
    const sums = totals(streams);
    expect([sums.delivered, sums.waiting, sums.failed]).toEqual([146_690, 5_388, 17]);
  });

  it('does not blame a paused stream for what has waited longest', () => {
    expect(totals(streams).oldest).toBe(streams[0]!.oldest_waiting_at);
  });
});
