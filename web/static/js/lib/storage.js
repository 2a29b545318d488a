// The two stores of the browser. A model takes one of them as an argument and knows nothing of the browser itself.

/** What stays on this device. */
export const deviceStore = () => localStorage;

/** What lives as long as this tab. */
export const tabStore = () => sessionStorage;
