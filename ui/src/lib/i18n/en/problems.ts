export const problems = {
  page: 'Penstock could not do that.',
  pageNext: 'Try again. If it happens again, restart Penstock.',
};
