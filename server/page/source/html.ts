import { h } from 'preact';
import htm from 'htm';

// Every value in a template becomes a text node or a property: no markup is ever parsed.
export const html = htm.bind(h);
