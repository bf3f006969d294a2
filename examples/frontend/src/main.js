import { regions, send, stack, topics } from './api.js'

const form = document.querySelector('#feedback')
const answer = document.querySelector('#answer')
const button = form.querySelector('button')

document.querySelector('#stack').textContent = `${stack}: ${regions.join(', ') || 'no regions'}`

let key = crypto.randomUUID()

form.addEventListener('submit', async event => {
  event.preventDefault()
  const { message, topic } = Object.fromEntries(new FormData(form))
  button.disabled = true
  answer.textContent = 'Sending.'
  try {
    const { status, region } = await send({ message, ...(topic && { topic }), pageUrl: location.href }, key)
    answer.textContent = `Thank you, ${status} by ${region}.`
    form.reset()
    key = crypto.randomUUID()
  } catch (error) {
    answer.textContent = `Not sent: ${error.message}. Your words are still here.`
  } finally {
    button.disabled = false
  }
})

// Without topics the form is as good.
topics().then(list => {
  const select = document.querySelector('#topic')
  for (const { id, label } of list) select.add(new Option(label, id))
}).catch(error => console.info(error.message))
