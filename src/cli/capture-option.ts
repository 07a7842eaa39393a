import { Option } from 'commander'

/** The ways of capturing, as typed. */
export type CaptureChoice = 'auto' | 'fork' | 'inspector' | 'file'

const ways: readonly CaptureChoice[] = ['auto', 'fork', 'inspector', 'file']

/** `--capture`, for every command that may capture a heap. */
export const captureOption = (): Option =>
  new Option(
    '--capture <way>',
    'how: fork (a copy of the process writes, the process goes on), inspector or file (it stands still); auto is the kindest',
  )
    .choices(ways)
    .default('auto')
