/* An extension of JupyterLab for the course's lessons.
 *
 * - Block quotes that begin with Predict, Common pitfall or Try this look different from each other.
 * - On a narrow screen the sidebar begins closed.
 * - When several cells run at once (Run All), the answers to Predict boxes are folded again; a cell
 *   that is run alone shows its answer. A cell that fails is scrolled to.
 *
 * JupyterLab loads an extension as a container of webpack's module federation
 * (https://webpack.js.org/concepts/module-federation/). This one is written by hand, so that the
 * course needs no Node.js: `init` gets the modules that JupyterLab shares, `get` returns the plugin.
 */
(() => {
  "use strict";

  const BOXES = {"Predict.": "predict", "Common pitfall.": "pitfall", "Try this.": "try"};
  const STYLE = `
    .jp-RenderedMarkdown blockquote[data-vdb-box] {
      margin: 1em 0; padding: .6em 1em; border-left: 4px solid; border-radius: 0 4px 4px 0;
      color: var(--jp-content-font-color1);
    }
    .jp-RenderedMarkdown blockquote[data-vdb-box] > :last-child { margin-bottom: 0; }
    .jp-RenderedMarkdown blockquote[data-vdb-box="predict"] {
      border-color: #0969da; background: rgba(9, 105, 218, .1);
    }
    .jp-RenderedMarkdown blockquote[data-vdb-box="pitfall"] {
      border-color: #bf8700; background: rgba(191, 135, 0, .12);
    }
    .jp-RenderedMarkdown blockquote[data-vdb-box="try"] {
      border-color: #1a7f37; background: rgba(26, 127, 55, .1);
    }
    .jp-RenderedMarkdown blockquote[data-vdb-box="predict"]::before { content: "?  "; }
    .jp-RenderedMarkdown blockquote[data-vdb-box="pitfall"]::before { content: "!  "; }
    .jp-RenderedMarkdown blockquote[data-vdb-box="try"]::before { content: "▸  "; }
    .jp-RenderedMarkdown blockquote[data-vdb-box]::before { font-weight: bold; float: left; white-space: pre; }
    .jp-OutputPlaceholder .jp-PlaceholderText { display: none; } /* the first line gives the answer away */
    .jp-OutputPlaceholder .jp-Placeholder-contentContainer::after {
      content: "Folded. Click to see what comes out.";
      font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color2); padding-left: 8px;
    }`;

  function markBoxes() {
    for (const quote of document.querySelectorAll(".jp-RenderedMarkdown blockquote:not([data-vdb-box])")) {
      const first = quote.firstElementChild?.firstElementChild;
      const box = first?.tagName === "STRONG" && BOXES[first.textContent];
      if (box) quote.dataset.vdbBox = box;
    }
  }

  /** Is this code cell between a Predict box and the prose that explains it? */
  function isAnswer(notebook, cell) {
    let position = notebook.widgets.indexOf(cell) - 1;
    while (position >= 0 && notebook.widgets[position].model.type === "code") position -= 1;
    return position >= 0 && notebook.widgets[position].model.sharedModel.getSource().includes("**Predict.**");
  }

  function show(notebook, cell) {
    notebook.activeCellIndex = notebook.widgets.indexOf(cell);
    notebook.scrollToCell(cell, "center");
  }

  function watchRunAll(NotebookActions) {
    let scheduled = []; // in this turn of the event loop: one cell by Shift + Enter, many by Run All
    const runs = new WeakMap(); // cell -> the run of several cells it was last part of
    NotebookActions.executionScheduled.connect((_, {cell}) => {
      if (scheduled.length === 0) {
        setTimeout(() => {
          const run = scheduled.length > 1 ? {failed: false} : undefined;
          for (const one of scheduled) runs.set(one, run);
          scheduled = [];
        });
      }
      scheduled.push(cell);
    });
    NotebookActions.executed.connect((_, {notebook, cell, success}) => {
      const run = runs.get(cell);
      if (!run || cell.model.type !== "code") return;
      if (success && isAnswer(notebook, cell)) cell.outputHidden = true;
      if (!success && !run.failed) show(notebook, cell); // the cells after it fail because it did
      run.failed ||= !success;
    });
  }

  const plugin = (NotebookActions) => ({
    id: "vdbcourse:lesson-boxes",
    description: "Boxes of a lesson, and answers that stay folded when a whole notebook runs.",
    autoStart: true,
    activate: (app) => {
      if (window.innerWidth < 700) app.restored.then(() => app.shell.collapseLeft());
      const style = document.createElement("style");
      style.textContent = STYLE;
      document.head.append(style);
      let waiting = false;
      new MutationObserver(() => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
          waiting = false;
          markBoxes();
        });
      }).observe(document.body, {childList: true, subtree: true});
      watchRunAll(NotebookActions);
    },
  });

  let shared;
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["vdbcourse"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const [version] = Object.values(shared["@jupyterlab/notebook"]);
      const {NotebookActions} = (await version.get())();
      return () => ({__esModule: true, default: plugin(NotebookActions)});
    },
  };
})();
