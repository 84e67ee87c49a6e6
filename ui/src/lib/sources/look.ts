/** How sources and their states are drawn. */
import type { SourceStatus } from '../../bindings/engine';
import type { GlyphName } from '../glyphs';

/** The sign of a kind; one without a sign of its own takes events in, as all do. */
const SIGNS: Record<string, GlyphName> = { file: 'file', infisical: 'records' };

export const signOf = (kind: string | null): GlyphName =>
  kind === null ? 'every' : (SIGNS[kind] ?? 'inlet');

export type StatusLook = { glyph: GlyphName; tone: string };

export const STATUS_LOOKS: Record<SourceStatus, StatusLook> = {
  listening: { glyph: 'healthy', tone: 'healthy' },
  watching: { glyph: 'healthy', tone: 'healthy' },
  catching_up: { glyph: 'catching', tone: 'busy' },
  done: { glyph: 'healthy', tone: 'idle' },
  paused: { glyph: 'paused', tone: 'paused' },
  stopped: { glyph: 'idle', tone: 'idle' },
  failing: { glyph: 'failing', tone: 'failing' },
};
