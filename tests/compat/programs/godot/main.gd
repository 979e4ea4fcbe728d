extends Control

func _input(event):
	if event is InputEventKey and event.pressed:
		$Square.color = Color(0.2, 0.8, 0.5)
		$Label.text = "Pressed"
