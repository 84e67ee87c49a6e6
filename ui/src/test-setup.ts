/** Tests speak English, whatever the system does. Runs before anything asks `Intl`. */
import '@testing-library/svelte/vitest';

const formats = ['NumberFormat', 'DateTimeFormat', 'ListFormat', 'Collator'] as const;
for (const name of formats) {
  if (new Intl[name]().resolvedOptions().locale === 'en-US') continue;
  const Format = Intl[name] as new (locale?: string, options?: object) => object;
  Object.defineProperty(Intl, name, {
    value: new Proxy(Format, {
      construct: (target, [locale, options]) => new target(locale ?? 'en-US', options),
    }),
  });
}
