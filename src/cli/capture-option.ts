import { Option } from 'commander'

/** The values of `--capture`. */
export type CaptureChoice = 'auto' | 'memory' | 'fork' | 'inspector' | 'file'

const ways: readonly CaptureChoice[] = ['auto', 'memory', 'fork', 'inspector', 'file']

/** `--capture`, for every command that may capture a heap. */
export const captureOption = (): Option =>
  new Option(
    '--capture <way>',
    'method: memory (a fork of the process reads its memory), fork (V8 writes in a fork), inspector or file (the process pauses); auto uses the first of these that is possible and safe',
  )
    .choices(ways)
    .default('auto')
