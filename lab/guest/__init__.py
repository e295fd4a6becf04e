"""The lab's guest image, in the image of CirrOS."""
