/** Figures in pages stand between `<!-- figure: name -->` and `<!-- /figure -->`; they are measured, never typed. */

export interface FigureInPage {
  readonly name: string;
  readonly text: string;
}

const FIGURE = /<!-- figure: (.+?) -->(.*?)<!-- \/figure -->/g;

export function figuresIn(page: string): FigureInPage[] {
  return [...page.matchAll(FIGURE)].map(([, name = '', text = '']) => ({ name, text }));
}

/** The page with every figure measured anew; throws for one that nobody measures. */
export function withFigures(page: string, measured: ReadonlyMap<string, string>): string {
  return page.replaceAll(FIGURE, (_whole, name: string) => {
    const text = measured.get(name);
    if (text === undefined) {
      throw new Error(`Nobody measures the figure "${name}". There are: ${[...measured.keys()].join(', ')}.`);
    }
    return `<!-- figure: ${name} -->${text}<!-- /figure -->`;
  });
}
