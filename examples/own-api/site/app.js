// Site and API share a name: a path is enough.
const list = document.querySelector('#products')
const region = document.querySelector('#region')

try {
  const response = await fetch(`/api/products?locale=${encodeURIComponent(navigator.language.slice(0, 2))}`)
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  for (const { name } of (await response.json()).products) {
    const item = document.createElement('li')
    item.textContent = name
    list.append(item)
  }
  region.textContent = `Served by ${response.headers.get('X-Onefront-Region')}.`
} catch (error) {
  region.textContent = `No products: ${error.message}.`
}
