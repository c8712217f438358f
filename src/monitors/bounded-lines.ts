// The lines of a stream that may never end one.

/** Takes chunks; each line that is whole goes to `onLine`, without its end, and what is longer to `onTooLong`, once. */
export function boundedLines(
  mostBytes: number,
  onLine: (line: string) => void,
  onTooLong: (beginning: string) => void,
): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let bytes = 0
  let isTooLong = false
  const take = (part: Buffer) => {
    if (isTooLong) return
    parts.push(part)
    bytes += part.length
    if (bytes <= mostBytes) return
    isTooLong = true
    onTooLong(Buffer.concat(parts).toString('utf8', 0, mostBytes))
    parts = []
  }
  return chunk => {
    let from = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      take(chunk.subarray(from, end))
      if (!isTooLong) onLine(Buffer.concat(parts).toString('utf8'))
      parts = []
      bytes = 0
      isTooLong = false
      from = end + 1
    }
    if (from < chunk.length) take(chunk.subarray(from))
  }
}
