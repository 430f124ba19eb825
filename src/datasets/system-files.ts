/**
 * Whether a path is one that systems and programs leave next to data: hidden (`.DS_Store`, AppleDouble `._train.csv`, a lock of
 * Emacs `.#train.csv`), a lock of Office (`~$train.xlsx`), or inside of `__MACOSX/`. Any part of it may say so; slashes are
 * forward ones.
 */
export const isSystemFile = (path: string): boolean => /(^|\/)(\.|~\$|__MACOSX(\/|$))/.test(path);
