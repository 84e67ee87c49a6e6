export const format = {
  ago: {
    now: 'just now',
    seconds: (n: string) => `${n} s ago`,
    minutes: (n: string) => `${n} min ago`,
    hours: (n: string) => `${n} h ago`,
  },
  in: {
    now: 'now',
    seconds: (n: string) => `in ${n} s`,
    minutes: (n: string) => `in ${n} min`,
    hours: (n: string) => `in ${n} h`,
  },
  span: {
    seconds: (n: string) => `${n} s`,
    minutes: (n: string) => `${n} min`,
    hours: (hours: string, minutes: string) => `${hours} h ${minutes} min`,
    wholeHours: (hours: string) => `${hours} h`,
    days: (days: string, hours: string) => `${days} d ${hours} h`,
  },
  ms: (n: string) => `${n} ms`,
  seconds: (n: string) => `${n} s`,
  bytes: ['B', 'KB', 'MB', 'GB', 'TB'] as const,
  sized: (n: string, unit: string) => `${n} ${unit}`,
  exact: (local: string, utc: string) => `${local} local\n${utc} UTC`,
  never: 'Never',
};
