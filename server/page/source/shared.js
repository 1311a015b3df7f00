// What this page and the HTML pages of the command line (cli/report/, which hold this file as it is) have in common.

// Controls, bidirectional marks and what is invisible would hide or reorder text: they are shown by number, as the
// terminal does (core/printable.cpp).
const hiddenCharacters =
  /[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu;

/** @param {string} text */
const printable = (text) =>
  text.replace(hiddenCharacters, (c) => '⟨' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0') + '⟩');

const numbers = new Intl.NumberFormat('en-US');
/** @param {number} value */
const number = (value) => numbers.format(value);

// The first colours are easy to tell apart for all eyes (after Okabe and Ito); later ones walk round the colour circle
// by the golden angle.
const palette = {
  light: ['#0072b2', '#e69f00', '#009e73', '#cc4c9b', '#d55e00', '#33a9e0', '#7a5cc2', '#8c6d31', '#c42d3d', '#6b7580'],
  dark: ['#4da3e8', '#f2b134', '#2fc795', '#ec85c3', '#f5803e', '#7fd0f7', '#a98ff0', '#c2a05a', '#f0707d', '#a4aeb9'],
};
// A class that is named after a colour and drawn in another confuses; so where all are, they get their own.
const namedColors = {
  light: { red: '#d83a34', green: '#2a9d4a', blue: '#2f62d6', yellow: '#e0b000', purple: '#8e3fb8', cyan: '#17a9bf',
           orange: '#ee7f1a', brown: '#8a5a2b', pink: '#e377b5', black: '#22262b', grey: '#8a9099', gray: '#8a9099',
           magenta: '#c837ab' },
  dark: { red: '#f4655f', green: '#45c46a', blue: '#6f9bff', yellow: '#f2cb3a', purple: '#bb7be0', cyan: '#3fd0e4',
          orange: '#ff9c45', brown: '#bb8a58', pink: '#f4a3d2', black: '#59616b', grey: '#a4aab2', gray: '#a4aab2',
          magenta: '#e667cc' },
};
// After these many classes marks change their shape, where they have one.
const paletteSize = palette.light.length;

// CSS Color 4, section 7.1: hue in degrees, the others from 0 to 1.
function hexOfHsl(hue, saturation, lightness) {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const part = (turn) => {
    const k = (turn + hue / 30) % 12;
    const value = lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, '0');
  };
  return '#' + part(0) + part(8) + part(4);
}

/**
 * The colour of each class, as #rrggbb.
 * @param {string[]} names
 * @param {boolean} isDark
 * @returns {string[]}
 */
function classColors(names, isDark) {
  const shade = isDark ? 'dark' : 'light';
  if (names.length > 0 && names.every((name) => Object.hasOwn(namedColors.light, name))) {
    return names.map((name) => namedColors[shade][name]);
  }
  return names.map((_, index) => palette[shade][index] ??
    hexOfHsl((index * 137.508) % 360, [0.62, 0.48, 0.76][index % 3], (isDark ? 0.66 : 0.45) + [0, 0.09, -0.09][index % 3]));
}

export { classColors, number, paletteSize, printable };
