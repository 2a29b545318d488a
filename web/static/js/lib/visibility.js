/** Whether somebody may be looking: not in another tab, not on a phone that is locked. */
export const isVisible = () => document.visibilityState === "visible";
