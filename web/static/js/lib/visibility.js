/** Whether the page is visible: not behind another tab, not on a locked phone. */
export const isVisible = () => document.visibilityState === "visible";
