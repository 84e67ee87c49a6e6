import { describe, expect, it } from 'vitest';
import { requestTarget } from './request-target';

describe('requestTarget', () => {
  it('shows what stands for a secret as it is', () => {
    expect(requestTarget('https://collectors.sumologic.com/receiver/v1/http/…')).toEqual({
      path: '/receiver/v1/http/…',
      host: 'collectors.sumologic.com',
    });
  });

  it('names path and query, and the root where there is no path', () => {
    expect(requestTarget('http://127.0.0.1:8088/a?b=c')).toEqual({
      path: '/a?b=c',
      host: '127.0.0.1:8088',
    });
    expect(requestTarget('https://in.example.com?x=1').path).toBe('/?x=1');
    expect(requestTarget('https://in.example.com').path).toBe('/');
  });

  it('shows what is no address as it is', () => {
    expect(requestTarget('not at all')).toEqual({ path: 'not at all', host: null });
  });
});
