// The browser's two stores, for models, which name no browser API.

/** Stays on the device. */
export const deviceStore = () => localStorage;

/** Ends with the tab. */
export const tabStore = () => sessionStorage;
