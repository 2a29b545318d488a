// A style sheet that only a later step needs, fetched with that step. Its address carries the hash of this file's folder.
const loading = new Map();

export function style(name) {
  if (!loading.has(name)) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(`../../css/${name}.css`, import.meta.url).href;
    const loaded = new Promise((resolve, reject) => {
      link.addEventListener("load", resolve);
      link.addEventListener("error", () => {
        loading.delete(name);
        link.remove();
        reject(new Error(name));
      });
    });
    loading.set(name, loaded);
    document.head.append(link);
  }
  return loading.get(name);
}
