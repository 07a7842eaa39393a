import { z } from 'zod'
import type { AllowedPaths } from '../allowed-paths.js'

const HEAP = /\.heapsnapshot(\.gz)?$/i

/** The argument that names a heap. */
export const heapInput: z.ZodString = z
  .string()
  .max(4096)
  .describe('Path of a .heapsnapshot file (also .gz), as returned by capture and check.')

/** Its file. Errors: USAGE, NOT_FOUND. */
export const heapFile = (named: string, paths: AllowedPaths): string =>
  paths.existing(named, HEAP, 'a .heapsnapshot file')

/** The argument that names a process. */
export const pidInput: z.ZodNumber = z
  .number()
  .int()
  .min(1)
  .max(4_194_304)
  .describe('The process, by its pid: see list_processes.')
