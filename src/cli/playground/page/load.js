/** The address of a file beside the scripts. */
export const at = (path) => new URL(path, import.meta.url).href;

/** The response to a request for such a file. */
export async function load(path) {
  const response = await fetch(at(path));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}
