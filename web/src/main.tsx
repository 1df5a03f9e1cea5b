import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import "./db/register.ts";
import "./styles.css";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root to draw into.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
