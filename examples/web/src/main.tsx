import './look/tokens.css';
import './look/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { ChatVisit } from './session/chat-visit.js';

const visit = new ChatVisit();
void visit.arrive();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id “root”.');
createRoot(root).render(
  <StrictMode>
    <App visit={visit} />
  </StrictMode>,
);
