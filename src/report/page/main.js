import { startBrowser } from './browser.js';
import { startSwitches } from './words.js';

startSwitches();
// Browsers of errors below the fold start when they come near.
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      startBrowser(target);
    }
  },
  { rootMargin: '600px' },
);
for (const host of document.querySelectorAll('.browser')) observer.observe(host);
