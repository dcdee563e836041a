import { defineConfig } from 'tsup';

export default defineConfig({
  // One entry per subpath of the package.
  entry: {
    index: 'src/index.ts',
    protocols: 'src/protocols/index.ts',
    schemas: 'src/protocols/schemas.ts',
    transports: 'src/transports/index.ts',
    react: 'src/react/index.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  sourcemap: true,
  clean: true,
  // Without it a class that two subpaths share is two classes in the CommonJS build.
  splitting: true,
  // It would remove the 'use client' directive of the React subpath.
  treeshake: false,
  external: ['react', 'react-dom'],
});
