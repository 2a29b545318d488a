/** Whether the page is visible: not in another tab, not on a locked phone. */
export const isVisible = () => document.visibilityState === "visible";
