const answer = document.querySelector('#answer')

document.querySelector('form').addEventListener('submit', async event => {
  event.preventDefault()
  const name = new FormData(event.target).get('name')
  try {
    // Site and API share a name: a path is enough.
    const response = await fetch(`/api/hello?name=${encodeURIComponent(name)}`)
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    const { greeting } = await response.json()
    answer.textContent = `${greeting} (${response.headers.get('X-Onefront-Region')}, ${response.headers.get('X-Cache') ?? 'no cache'})`
  } catch (error) {
    answer.textContent = `No greeting: ${error.message}.`
  }
})
