/** The note about an inspector that a killed leakscope left open. */
export const leftOpenNote = (pid: number): string =>
  `A leakscope left the inspector of process ${pid} open: \`leakscope memory ${pid}\` closes it.`
