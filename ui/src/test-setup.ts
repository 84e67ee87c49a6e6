/** Tests speak English, whatever the system does. Runs before anything asks `Intl`. */
import '@testing-library/svelte/vitest';

const formats = ['NumberFormat', 'DateTimeFormat', 'ListFormat', 'Collator'] as const;
for (const name of formats) {
  const Format = Intl[name] as new (
    locale?: string,
    options?: object,
  ) => { resolvedOptions(): { locale: string } };
  if (new Format().resolvedOptions().locale === 'en-US') continue;
  Object.defineProperty(Intl, name, {
    value: new Proxy(Format, {
      construct: (target, [locale, options]) => new target(locale ?? 'en-US', options),
    }),
  });
}
