print("synfire")
