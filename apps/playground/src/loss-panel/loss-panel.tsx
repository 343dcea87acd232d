/** "Is this loss right?": what binary cross-entropy measures, to see and to move. */
export function LossPanel() {
  return <p class="soft">To come.</p>;
}
