from .router import route


@route("/shop")
def list_boxes():
    return "<ul><li>Small box</li><li>Large box</li></ul>"


@route("/shop/order")
def place_order():
    return "<p>Thank you!</p>"
