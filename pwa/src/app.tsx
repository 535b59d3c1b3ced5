export function App() {
  return <main><h1>Porchlight</h1></main>;
}
