import { LeakscopeError } from '../../errors.js'

/** The error for a snapshot that is larger than that heap could have. */
export function tooLong(name: string, bytes: number): LeakscopeError {
  return new LeakscopeError('CAPTURE', `${name} sent ${bytes} bytes of a snapshot, more than its heap can have`, {
    hint: 'Do not trust this process, or capture again if its heap has grown several times meanwhile.',
  })
}

/** The error for a snapshot that takes longer than one of that heap could. */
export function tooSlow(name: string, seconds: number): LeakscopeError {
  return new LeakscopeError('TIMEOUT', `${name} has not sent its snapshot within ${Math.round(seconds / 60)} minutes`, {
    hint: 'Do not trust this process, or capture it when it has more of a processor.',
  })
}
