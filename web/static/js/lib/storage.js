// The two stores of the browser, for models, which know no browser.

/** What stays on this device. */
export const deviceStore = () => localStorage;

/** What lives as long as this tab. */
export const tabStore = () => sessionStorage;
