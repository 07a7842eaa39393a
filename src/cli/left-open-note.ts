/** That an inspector is open which nobody needs. */
export const leftOpenNote = (pid: number): string =>
  `A leakscope left the inspector of process ${pid} open: \`leakscope memory ${pid}\` closes it.`
