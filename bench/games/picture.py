"""A screenshot as an observation: picture.py FILE.png prints a line of JSON with 84x84 gray bytes."""
import json
import sys

import cv2
import serve
from pixels import SIZE

image = cv2.imread(sys.argv[1])
gray = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), SIZE[::-1], interpolation=cv2.INTER_AREA)
print(json.dumps({"picture": serve.packed(gray)}))
