export const app = {
  name: 'Penstock',
  nav: {
    label: 'Main',
    streams: 'Streams',
    sources: 'Sources',
    activity: 'Activity',
    practice: 'Practice receiver',
    settings: 'Settings',
    needYou: (n: number) => (n === 1 ? '1 stream needs you' : `${n} streams need you`),
  },
  finder: 'Search or run a command',
  skip: 'Skip to content',
};
