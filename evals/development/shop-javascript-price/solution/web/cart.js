const FREE_SHIPPING_FROM = 75;
const SHIPPING = 4.9;

function shippingCost(sum) {
  return sum >= FREE_SHIPPING_FROM ? 0 : SHIPPING;
}

function showTotal(items) {
  const sum = items.reduce((total, item) => total + item.price * item.count, 0);
  const total = sum + shippingCost(sum);
  document.getElementById("total").textContent = `${total.toFixed(2)} EUR`;
}
