"""What evidence means, alone and beside other evidence"""
