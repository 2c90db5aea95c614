declare const brand: unique symbol;

/** A string that cannot be mistaken for another kind of string. */
export type Nominal<Base, Name extends string> = Base & { readonly [brand]: Name };
