import { expect, it } from 'vitest';
import { jsonFault } from './sample';

it('an edited sample is one JSON object', () => {
  expect(jsonFault('{"a": 1}')).toBeNull();
  expect(jsonFault('[1]')).toBe('object');
  expect(jsonFault('null')).toBe('object');
  expect(jsonFault('{"a": }')).toMatch(/JSON|token/i);
});
