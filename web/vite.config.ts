import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const desk = process.env.BIDWELL_DESK ?? "http://127.0.0.1:8600";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "~": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../src/bidwell/server/static",
    emptyOutDir: true,
    target: "es2022",
    // A data: URL would need a wider content security policy than the desk sends.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": { target: desk, changeOrigin: true, ws: true } },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
