/** Columns that several tables have, with one key, title and unit each. */
export const standard = {
  id: { key: 'id', title: 'Id', unit: 'id' },
  oneId: { key: 'id', title: 'One', unit: 'id' },
  type: { key: 'type', title: 'Type', unit: 'text' },
  name: { key: 'name', title: 'Name', unit: 'text' },
  what: { key: 'what', title: 'What', unit: 'text' },
  value: { key: 'value', title: 'Value', unit: 'text' },
  place: { key: 'place', title: 'Place', unit: 'text' },
  heldBy: { key: 'heldBy', title: 'Retained by', unit: 'text' },
  count: { key: 'count', title: 'Count', unit: 'count' },
  share: { key: 'percent', title: 'Share', unit: 'percent' },
  bytes: { key: 'bytes', title: 'Bytes', unit: 'bytes' },
  shallow: { key: 'shallow', title: 'Shallow', unit: 'bytes' },
  retained: { key: 'retained', title: 'Retained', unit: 'bytes' },
} as const
