from configparser import ConfigParser

settings = ConfigParser()
settings.read("robot.ini")
print("mails go to", settings["server"]["host"])
