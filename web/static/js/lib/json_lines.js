// Responses in which each line is a JSON value.

/**
 * Reads a response while it arrives and calls `onLine` with the value of each line.
 *
 * @param {Response} response
 * @param {(value: any) => void} onLine
 */
export async function readLines(response, onLine) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) onLine(JSON.parse(line));
  }
}
