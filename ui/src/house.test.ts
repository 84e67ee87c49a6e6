/** Rules of the whole page, checked on its source. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname);

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const all = files(root).filter((path) => /\.(svelte|ts)$/.test(path) && !path.endsWith('.test.ts'));
const name = (path: string) => relative(root, path);

/** What a file imports from this page, as paths from `src`. */
function imports(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to]) =>
    relative(root, resolve(dirname(path), to!)),
  );
}

describe('the page', () => {
  it('has features that import no other feature', () => {
    const crossing = all.flatMap((path) => {
      const [, own] = name(path).match(/^features\/([^/]+)\//) ?? [];
      return imports(path)
        .filter((to) => own && to.startsWith('features/') && !to.startsWith(`features/${own}/`))
        .map((to) => `${name(path)} imports ${to}`);
    });
    expect(crossing).toEqual([]);
  });

  it('has components and a library that import no feature', () => {
    const upwards = all
      .filter((path) => /^(components|lib)\//.test(name(path)))
      .flatMap((path) =>
        imports(path)
          .filter((to) => /^(features|frame)\//.test(to))
          .map((to) => `${name(path)} imports ${to}`),
      );
    expect(upwards).toEqual([]);
  });

  it('knows the window in one file only', () => {
    const knowing = all.filter((path) => /from '@tauri-apps/.test(readFileSync(path, 'utf8')));
    expect(knowing.map(name)).toEqual(['host/tauri.ts']);
  });

  it('has no scripted data in the app', () => {
    const scripted = all
      .filter((path) => !/^host\/scripted\/|^scripted\.ts$/.test(name(path)))
      .filter((path) => imports(path).some((to) => to.startsWith('host/scripted')));
    expect(scripted.map(name)).toEqual([]);
  });

  it('has no words in its components: they all stand in lib/i18n', () => {
    const spoken = ['aria-label', 'title', 'placeholder', 'alt', 'label'];
    /** Marks and terms that are the same in every language. */
    const signs = /^(POST|In|[^\p{L}]*)$/u;
    const words: string[] = [];
    for (const path of all.filter((file) => file.endsWith('.svelte'))) {
      const tree = parse(readFileSync(path, 'utf8'), { modern: true });
      const walk = (node: unknown, inCode: boolean): void => {
        if (Array.isArray(node)) return node.forEach((child) => walk(child, inCode));
        if (typeof node !== 'object' || node === null) return;
        const { type, data, name: attribute, value } = node as Record<string, unknown>;
        const code = inCode || ['pre', 'code', 'kbd'].includes(String(attribute));
        if (type === 'Text' && !code && !signs.test(String(data).trim()))
          words.push(`${name(path)}: ${String(data).trim()}`);
        if (type === 'StyleDirective') return;
        if (type === 'Attribute') {
          const texts = Array.isArray(value) ? value : [];
          if (spoken.includes(String(attribute)))
            for (const text of texts as { type: string; data: string }[])
              if (text.type === 'Text' && !signs.test(text.data.trim()))
                words.push(`${name(path)}: ${String(attribute)}="${text.data}"`);
          return;
        }
        for (const [key, child] of Object.entries(node)) if (key !== 'name') walk(child, code);
      };
      walk(tree.fragment, false);
    }
    expect(words).toEqual([]);
  });

  it('sets no style in the markup, which the window’s policy would refuse', () => {
    const styled = all
      .filter((path) => path.endsWith('.svelte'))
      .filter((path) => /\sstyle="|<style/.test(readFileSync(path, 'utf8')));
    expect(styled.map(name)).toEqual([]);
  });
});
