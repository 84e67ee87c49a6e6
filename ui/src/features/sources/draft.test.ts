import { describe, expect, it } from 'vitest';
import { faultsOf, listenOf, typedOf } from './draft';

const good = { name: 'Intake', address: '127.0.0.1', port: '8787' };

describe('an intake as typed', () => {
  it('has nothing wrong where all is there', () => {
    expect(faultsOf(good, [])).toEqual({});
  });

  it.each(['', '0', '65536', '80a', '-1', '8.5'])('names a port that is none: %s', (port) => {
    expect(Object.keys(faultsOf({ ...good, port }, []))).toEqual(['port']);
  });

  it('names a name that is taken, whatever its case', () => {
    expect(Object.keys(faultsOf(good, ['intake']))).toEqual(['name']);
  });

  it.each([
    ['127.0.0.1', '8787', '127.0.0.1:8787'],
    [' localhost ', ' 08787 ', 'localhost:8787'],
    ['::1', '80', '[::1]:80'],
    ['[::1]', '80', '[::1]:80'],
  ])('becomes one address: %s %s', (address, port, listen) => {
    expect(listenOf({ ...good, address, port })).toBe(listen);
  });

  it('is taken apart again', () => {
    expect(typedOf('127.0.0.1:8787')).toEqual({ address: '127.0.0.1', port: '8787' });
    expect(typedOf('[::1]:80')).toEqual({ address: '::1', port: '80' });
  });
});
